"""Real servers for tests: mail, text messages, a broker, a database of one's own. Each is a process, none is pretended.

    from tests.servers.broker import broker
    from tests.servers.database import own_database, run_python
    from tests.servers.processes import mail_server, sms_gateway, start, wait_for

    with mail_server(tmp_path) as mail, sms_gateway(tmp_path) as gateway, broker(tmp_path) as address:
        environment = mail.environment | gateway.environment | {"REDIS_URL": address}
        ...
        mail.received(); gateway.received()  # what arrived, as dictionaries

Nothing is imported here, so that the servers start quickly.
"""
