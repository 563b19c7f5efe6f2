"""Addresses of the settings."""

from django.urls import path

from treatments.views.setup import details, hours, overview, people, times_off, who_injects

app_name = "setup"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("clinic/", details.details, name="details"),
    path("outside/", overview.outside_hours, name="outside"),
    path("changes/", overview.changes, name="changes"),
    path("injectors/new/", people.new_injector, name="new_injector"),
    path("injectors/<uuid:uid>/", hours.injector, name="injector"),
    path("injectors/<uuid:uid>/edit/", people.edit_injector, name="edit_injector"),
    path("injectors/<uuid:uid>/licence/", who_injects.credentials, name="credentials"),
    path("injecting/", who_injects.policy, name="injecting"),
    path("injectors/<uuid:uid>/leave-clinic/", people.deactivate, name="deactivate"),
    path("injectors/<uuid:uid>/return/", people.activate, name="activate"),
    path("injectors/<uuid:uid>/hours/new/", hours.new, name="new_hours"),
    path("injectors/<uuid:uid>/hours/<int:pk>/", hours.change, name="edit_hours"),
    path("injectors/<uuid:uid>/hours/<int:pk>/end/", hours.end, name="end_hours"),
    path("injectors/<uuid:uid>/leave/new/", times_off.new_leave, name="new_leave"),
    path("leave/<uuid:uid>/", times_off.edit_leave, name="edit_leave"),
    path("leave/<uuid:uid>/remove/", times_off.remove_leave, name="remove_leave"),
    path("rooms/new/", people.new_room, name="new_room"),
    path("rooms/<uuid:uid>/", people.edit_room, name="edit_room"),
    path("rooms/<uuid:uid>/close/", people.close_room, name="close_room"),
    path("rooms/<uuid:uid>/open/", people.open_room, name="open_room"),
    path("closures/new/", times_off.new_closure, name="new_closure"),
    path("closures/<uuid:uid>/remove/", times_off.remove_closure, name="remove_closure"),
    path("holidays/", times_off.holidays, name="holidays"),
    path("holidays/<str:date>/", times_off.work_on, name="work_on"),
]
