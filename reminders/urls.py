"""Addresses of the reminders room."""

from django.urls import path

from reminders.own_pages.urls import patient_pages
from reminders.views import acting, centre, hooks, inbox, links, one_off, outbox, rules, texting, texts, tomorrow, words

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
    path("settings/messages/", rules.rules, name="rules"),
    path("settings/messages/new/", rules.new_rule, name="new_rule"),
    path("settings/messages/words/", words.words, name="words"),
    path("settings/messages/words/<uuid:uid>/allow/", words.allow_word, name="allow_word"),
    path("settings/messages/<int:pk>/", rules.rule, name="rule"),
    path("settings/messages/<int:pk>/standard/", rules.use_standard, name="use_standard"),
    path("settings/messages/<int:pk>/<str:channel>/<str:language>/", texts.text, name="text"),
    path("settings/messages/<int:pk>/<str:channel>/<str:language>/preview/", texts.preview_text, name="preview_text"),
    path("settings/messages/<int:pk>/<str:channel>/<str:language>/test/", texts.try_text, name="try_text"),
    path("messages/write/", one_off.write, name="write"),
    path("messages/preview/", one_off.preview, name="preview"),
    path("recall/text/", texting.text_people, name="text_people"),
    path("texts/<uuid:uid>/take-back/", texting.take_back, name="take_back"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("patients/<uuid:uid>/links/", links.links_of, name="links"),
    path("visit-links/<uuid:uid>/end/", links.end_visit_link, name="end_visit_link"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<uuid:uid>/", inbox.message, name="inbox_message"),
    path("inbox/<uuid:uid>/who/", inbox.assign, name="assign_message"),
    path("inbox/<uuid:uid>/reply/", inbox.reply, name="reply"),
    path("inbox/<uuid:uid>/done/", inbox.finish, name="finish_message"),
    path("inbox/<uuid:uid>/again/", inbox.reopen, name="reopen_message"),
    path("hooks/sms/", hooks.text_received, name="text_received"),
    path("hooks/sms/status/", hooks.text_status, name="text_status"),
    path("hooks/mail/mailgun/", hooks.mail_news, name="mail_news"),
    path("patients/<uuid:uid>/links/diary/", links.make_diary_link, name="make_diary_link"),
    path("diary-links/<uuid:uid>/end/", links.end_diary_link, name="end_diary_link"),
    *patient_pages,
]
