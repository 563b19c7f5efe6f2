"""Addresses of the patients room."""

from django.urls import path

from patients.views import assessing, authorizations, diary, medicines, people, policies, record, search

app_name = "patients"
urlpatterns = [
    path("patients/", search.search, name="search"),
    path("patients/new/", people.register, name="new"),
    path("patients/<uuid:uid>/", record.detail, name="detail"),
    path("patients/<uuid:uid>/edit/", people.edit, name="edit"),
    path("patients/<uuid:uid>/history/", record.history, name="history"),
    path("patients/<uuid:uid>/assess/", assessing.assess, name="assess"),
    path("patients/<uuid:uid>/diary/", diary.diary, name="diary"),
    path("patients/<uuid:uid>/diary/blank/", diary.blank, name="blank_diary"),
    path("patients/<uuid:uid>/diary/<str:date>/", diary.day, name="diary_day"),
    path("diary-claims/<uuid:uid>/", diary.settle, name="settle_claim"),
    path("patients/<uuid:uid>/medicines/", medicines.medicines, name="medicines"),
    path("patients/<uuid:uid>/preventives/new/", medicines.new_preventive, name="new_preventive"),
    path("preventives/<uuid:uid>/", medicines.edit_preventive, name="edit_preventive"),
    path("preventives/<uuid:uid>/remove/", medicines.remove_preventive, name="remove_preventive"),
    path("preventives/<uuid:uid>/restore/", medicines.restore_preventive, name="restore_preventive"),
    path("patients/<uuid:uid>/acute/new/", medicines.new_acute, name="new_acute"),
    path("acute/<uuid:uid>/", medicines.edit_acute, name="edit_acute"),
    path("acute/<uuid:uid>/remove/", medicines.remove_acute, name="remove_acute"),
    path("acute/<uuid:uid>/restore/", medicines.restore_acute, name="restore_acute"),
    path("patients/<uuid:uid>/authorizations/new/", authorizations.new_authorization, name="new_authorization"),
    path("authorizations/<uuid:uid>/", authorizations.edit_authorization, name="edit_authorization"),
    path("settings/policies/", policies.overview, name="policies"),
    path("settings/policies/copy/<slug:key>/", policies.copy, name="copy_policy"),
    path("settings/policies/<uuid:uid>/", policies.edit, name="edit_policy"),
    path("settings/policies/<uuid:uid>/retire/", policies.retire, name="retire_policy"),
    path("settings/policies/<uuid:uid>/use/", policies.use_again, name="use_policy"),
    path("assessments/<uuid:uid>/sign/", assessing.sign, name="sign_assessment"),
    path("assessments/<uuid:uid>/again/", assessing.apply_again, name="apply_again"),
    path("assessments/<uuid:uid>/sheet/", assessing.sheet, name="assessment_sheet"),
]
