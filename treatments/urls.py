"""Addresses of the treatments room."""

from django.urls import path

from treatments.views import (
    booking,
    calendar,
    courses,
    free_time,
    imports,
    log,
    offers,
    recall,
    recording,
    steps,
    today,
    waiting,
)

app_name = "treatments"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("day/<str:date>/", today.day, name="day"),
    path("calendar/", calendar.week, name="calendar"),
    path("calendar/day/", calendar.day, name="calendar_day"),
    path("calendar/all/", calendar.everyone, name="calendar_all"),
    path("calendar/free/", free_time.free_time, name="calendar_free"),
    path("sessions/<uuid:uid>/", recording.session, name="session"),
    path("sessions/<uuid:uid>/status/", steps.status, name="status"),
    path("sessions/<uuid:uid>/undo/<int:event>/", steps.undo, name="undo"),
    path("sessions/<uuid:uid>/move/", booking.move, name="move"),
    path("sessions/<uuid:uid>/cancel/", booking.cancel, name="cancel"),
    path("sessions/<uuid:uid>/record/", recording.record, name="record"),
    path("courses/<uuid:uid>/book/", booking.book, name="book"),
    path("courses/<uuid:uid>/close/", courses.close_course, name="close_course"),
    path("assessments/<uuid:uid>/open-course/", courses.open_course, name="open_course"),
    path("courses/<uuid:uid>/tried/", recall.tried, name="tried"),
    path("courses/<uuid:uid>/snooze/", recall.snooze, name="snooze"),
    path("courses/<uuid:uid>/wake/", recall.wake, name="wake"),
    path("courses/<uuid:uid>/let-go/", recall.let_go, name="let_go"),
    path("courses/<uuid:uid>/waiting/", waiting.add, name="wait"),
    path("recall/", recall.recall, name="recall"),
    path("waiting/<uuid:uid>/remove/", waiting.remove, name="stop_waiting"),
    path("offers/", offers.freed, name="offers"),
    path("offers/new/", offers.new, name="offer"),
    path("offers/<uuid:uid>/", offers.show, name="offered"),
    path("offers/<uuid:uid>/end/", offers.end, name="end_offer"),
    path("log/", log.session_log, name="log"),
    path("log/export/", log.export, name="export"),
    path("import/", imports.choose, name="import"),
    path("import/<uuid:uid>/", imports.preview, name="import_preview"),
    path("import/<uuid:uid>/confirm/", imports.confirm, name="import_confirm"),
    path("import/<uuid:uid>/discard/", imports.discard, name="import_discard"),
]
