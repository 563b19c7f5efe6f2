"""Real servers for tests: mail, text messages, a broker, a database of one's own. Each is a process, none is pretended.

with mail_server(tmp_path) as mail, sms_gateway(tmp_path) as gateway:
    environment = mail.environment | gateway.environment   # EMAIL_URL, SMS_GATEWAY_URL, ...
    ...
    mail.received(); gateway.received()                    # what arrived, as dictionaries
"""

from tests.servers.broker import broker
from tests.servers.database import own_database
from tests.servers.processes import Server, free_port, mail_server, sms_gateway, wait_for

__all__ = ["Server", "broker", "free_port", "mail_server", "own_database", "sms_gateway", "wait_for"]
