from typing import Any

import clinic.constraints
from django.conf import settings
from django.db import migrations


def raise_anew(apps: Any, schema_editor: Any) -> None:
    """Put the guard against recalled lots up as it is now, under the same name: it looks at changed vials too."""
    vial = apps.get_model("treatments", "Vial")
    for guard in vial._meta.constraints:
        if isinstance(guard, clinic.constraints.NotBarred):
            if schema_editor.connection.vendor == "sqlite":
                schema_editor.execute(f'DROP TRIGGER IF EXISTS "{guard.name}_insert"')
                schema_editor.execute(f'DROP TRIGGER IF EXISTS "{guard.name}_update"')
            else:
                schema_editor.remove_constraint(vial, guard)
            for statement in guard.statements(vial, schema_editor.connection.vendor):
                schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0010_one_spelling_of_hours'),
        ('treatments', '0016_given_day'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='sessionrecord',
            constraint=clinic.constraints.AddsUp(name='signed_record_adds_up', once='signed_at', sums=[clinic.constraints.Sum(of='units', parts='treatments.Injection', through='record', total='units_given'), clinic.constraints.Sum(parts='treatments.Injection', through='record', total='sites_given'), clinic.constraints.Sum(among=('COR-R', 'COR-L', 'PRO', 'FRO-R2', 'FRO-R1', 'FRO-L1', 'FRO-L2', 'TEM-R1', 'TEM-R2', 'TEM-R3', 'TEM-R4', 'TEM-L1', 'TEM-L2', 'TEM-L3', 'TEM-L4', 'OCC-R1', 'OCC-R2', 'OCC-R3', 'OCC-L1', 'OCC-L2', 'OCC-L3', 'CPS-R1', 'CPS-R2', 'CPS-L1', 'CPS-L2', 'TRA-R1', 'TRA-R2', 'TRA-R3', 'TRA-L1', 'TRA-L2', 'TRA-L3', 'TEM-R5', 'TEM-L5', 'OCC-R4', 'OCC-L4', 'TRA-R4', 'TRA-R5', 'TRA-L4', 'TRA-L5', 'TEM-R6', 'TEM-L6', 'OCC-R5', 'OCC-L5', 'TRA-R6', 'TRA-L6', 'TRA-R7', 'TRA-L7'), parts='treatments.Injection', through='record', total='sites_given', where='site'), clinic.constraints.Sum(among=('COR-R', 'COR-L'), most=10, of='units', parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(among=('COR-R', 'COR-L'), most=2, parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(among=('PRO',), most=5, of='units', parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(among=('PRO',), most=1, parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(among=('FRO-R2', 'FRO-R1', 'FRO-L1', 'FRO-L2'), most=20, of='units', parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(among=('FRO-R2', 'FRO-R1', 'FRO-L1', 'FRO-L2'), most=4, parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(among=('TEM-R1', 'TEM-R2', 'TEM-R3', 'TEM-R4', 'TEM-L1', 'TEM-L2', 'TEM-L3', 'TEM-L4', 'TEM-R5', 'TEM-L5', 'TEM-R6', 'TEM-L6'), most=50, of='units', parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(among=('TEM-R1', 'TEM-R2', 'TEM-R3', 'TEM-R4', 'TEM-L1', 'TEM-L2', 'TEM-L3', 'TEM-L4', 'TEM-R5', 'TEM-L5', 'TEM-R6', 'TEM-L6'), most=10, parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(among=('OCC-R1', 'OCC-R2', 'OCC-R3', 'OCC-L1', 'OCC-L2', 'OCC-L3', 'OCC-R4', 'OCC-L4', 'OCC-R5', 'OCC-L5'), most=40, of='units', parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(among=('OCC-R1', 'OCC-R2', 'OCC-R3', 'OCC-L1', 'OCC-L2', 'OCC-L3', 'OCC-R4', 'OCC-L4', 'OCC-R5', 'OCC-L5'), most=8, parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(among=('CPS-R1', 'CPS-R2', 'CPS-L1', 'CPS-L2'), most=20, of='units', parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(among=('CPS-R1', 'CPS-R2', 'CPS-L1', 'CPS-L2'), most=4, parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(among=('TRA-R1', 'TRA-R2', 'TRA-R3', 'TRA-L1', 'TRA-L2', 'TRA-L3', 'TRA-R4', 'TRA-R5', 'TRA-L4', 'TRA-L5', 'TRA-R6', 'TRA-L6', 'TRA-R7', 'TRA-L7'), most=50, of='units', parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(among=('TRA-R1', 'TRA-R2', 'TRA-R3', 'TRA-L1', 'TRA-L2', 'TRA-L3', 'TRA-R4', 'TRA-R5', 'TRA-L4', 'TRA-L5', 'TRA-R6', 'TRA-L6', 'TRA-R7', 'TRA-L7'), most=10, parts='treatments.Injection', through='record', where='site'), clinic.constraints.Sum(of='strength', parts='treatments.Vial', through='record', total='units_drawn')]),
        ),
        migrations.RunPython(raise_anew, migrations.RunPython.noop, elidable=True),
    ]
