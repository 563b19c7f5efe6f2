"""Addresses of the reminders room. Those under /v/ and /d/ are opened by patients, from a message."""

from django.urls import path

from reminders.views import (
    acting,
    asking,
    calendar,
    centre,
    hooks,
    language,
    links,
    offered,
    outbox,
    patient,
    texting,
    tomorrow,
)

app_name = "reminders"
urlpatterns = [
    path("reminders/", centre.centre, name="centre"),
    path("reminders/line/", centre.line, name="line"),
    path("reminders/tomorrow/", tomorrow.tomorrow, name="tomorrow"),
    path("sessions/<uuid:uid>/called/", tomorrow.called, name="visit_called"),
    path("sessions/<uuid:uid>/not-called/", tomorrow.take_back_call, name="take_back_call"),
    path("reminders/<uuid:uid>/send-again/", acting.send_again, name="send_again"),
    path("reminders/<uuid:uid>/fix/", acting.fix, name="fix"),
    path("reminders/<uuid:uid>/other-way/", acting.other_way, name="other_way"),
    path("reminders/<uuid:uid>/called/", acting.called, name="called"),
    path("reminders/<uuid:uid>/stop/", acting.stop, name="stop"),
    path("recall/text/", texting.text_people, name="text_people"),
    path("texts/<uuid:uid>/take-back/", texting.take_back, name="take_back"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("patients/<uuid:uid>/links/", links.links_of, name="links"),
    path("visit-links/<uuid:uid>/end/", links.end_visit_link, name="end_visit_link"),
    path("language/", language.language, name="language"),
    path("hooks/sms/", hooks.text_received, name="text_received"),
    path("v/<str:token>/", patient.visit, name="visit"),
    path("v/<str:token>/calendar.ics", calendar.visit_file, name="visit_file"),
    path("v/<str:token>/yes/", patient.confirm, name="confirm"),
    path("v/<str:token>/times/", asking.times, name="times"),
    path("v/<str:token>/ask/", asking.ask, name="ask"),
    path("v/<str:token>/take/", offered.take_offer, name="take_offer"),
    path("v/<str:token>/pass/", offered.pass_offer, name="pass_offer"),
    path("v/<str:token>/done/", patient.done, name="done"),
]
