"""Addresses that patients open by a link alone: under /v/ about a visit, under /d/ their diary."""

from django.urls import path

from reminders.own_pages.views import about, asking, calendar, diary, language, offered, stopping, visit

patient_pages = [
    path("language/", language.language, name="language"),
    path("v/<str:token>/", visit.visit, name="visit"),
    path("v/<str:token>/calendar.ics", calendar.visit_file, name="visit_file"),
    path("v/<str:token>/yes/", visit.confirm, name="confirm"),
    path("v/<str:token>/times/", asking.times, name="times"),
    path("v/<str:token>/ask/", asking.ask, name="ask"),
    path("v/<str:token>/asked/", asking.asked, name="asked"),
    path("v/<str:token>/take/", offered.take_offer, name="take_offer"),
    path("v/<str:token>/pass/", offered.pass_offer, name="pass_offer"),
    path("v/<str:token>/done/", visit.done, name="done"),
    path("v/<str:token>/about/", about.about_by_visit, name="about_by_visit"),
    path("v/<str:token>/stop/", stopping.stop_by_visit, name="stop_by_visit"),
    path("d/<str:token>/", diary.diary, name="diary"),
    path("d/<str:token>/about/", about.about_by_diary, name="about_by_diary"),
    path("d/<str:token>/stop/", stopping.stop_by_diary, name="stop_by_diary"),
    path("d/<str:token>/week/", diary.week, name="diary_week"),
    path("d/<str:token>/saved/<str:date>/", diary.saved, name="diary_saved"),
    path("d/<str:token>/<str:date>/", diary.day, name="diary_day"),
]
