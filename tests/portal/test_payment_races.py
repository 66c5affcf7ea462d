"""Two finance officers press at the same moment: real requests on real connections, on SQLite and PostgreSQL alike."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from applications.invariants import count_all
from applications.models import Duty, Event, IdempotencyKey, Instalment, Payment, Status
from tests.factories import NOON, make_application, make_officer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CROWD = 6


def post_at_once(*requests: tuple[Client, str, dict[str, str]], whole: bool = False) -> list[Any]:
    """Send the requests in threads that start together; return the statuses in order, or the whole answers."""
    gate = Barrier(len(requests))

    def send(client: Client, url: str, words: dict[str, str]) -> Any:
        gate.wait(timeout=60)
        try:
            answer = client.post(url, words)
            return answer if whole else answer.status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, *zip(*requests, strict=True)))


def payer() -> Client:
    """Return a browser of a first finance officer."""
    client = Client()
    client.force_login(make_officer(Duty.PAY))
    return client


def form(voucher: str) -> dict[str, str]:
    """Return what is typed to record a payment."""
    return {"paid_on": NOON.date().isoformat(), "voucher_number": voucher}


def test_one_instalment_is_recorded_once_however_many_press():
    instalment = Instalment.objects.get(award__application=make_application(Status.GRANTED))
    url = reverse("finance_record", args=[instalment.pk])

    answers = post_at_once(*[(payer(), url, form(f"凭-{number}")) for number in range(CROWD)])

    assert sorted(answers) == [302] + [409] * (CROWD - 1)
    assert Payment.objects.count() == 1
    assert set(count_all().values()) == {0}


def test_one_voucher_number_stands_for_one_of_many_instalments():
    cases = [make_application(Status.GRANTED, subject=f"中心{number}") for number in range(CROWD)]
    urls = [reverse("finance_record", args=[case.awards.get().instalments.get().pk]) for case in cases]

    answers = post_at_once(*[(payer(), url, form("凭-1")) for url in urls])

    assert sorted(answers) == [302] + [409] * (CROWD - 1)
    assert Payment.objects.values_list("voucher_number", flat=True).get() == "凭-1"
    assert set(count_all().values()) == {0}


def test_one_payment_is_reviewed_once_by_whoever_confirms_or_rejects():
    case = make_application(Status.GRANTED)
    instalment = case.awards.get().instalments.get()
    payer().post(reverse("finance_record", args=[instalment.pk]), form("凭-1"))
    payment = Payment.objects.get()
    reviewers = [Client() for _ in range(CROWD)]
    for client in reviewers:
        client.force_login(make_officer(Duty.COUNTERSIGN))
    names = ["finance_confirm", "finance_reject"] * (CROWD // 2)

    answers = post_at_once(
        *[
            (client, reverse(name, args=[payment.pk]), {"reason": "凭证不符"})
            for client, name in zip(reviewers, names, strict=True)
        ]
    )

    payment.refresh_from_db()
    case.refresh_from_db()
    assert sorted(answers) == [302] + [409] * (CROWD - 1)
    winner = names[answers.index(302)]
    assert (payment.state, case.status) == (
        ("confirmed", Status.PAID) if winner == "finance_confirm" else ("rejected", Status.GRANTED)
    )
    assert set(count_all().values()) == {0}


def test_sixty_four_equal_requests_are_one_payment_and_one_answer():
    instalment = Instalment.objects.get(award__application=make_application(Status.GRANTED))
    url = reverse("finance_record", args=[instalment.pk])
    client = payer()
    browsers = [Client() for _ in range(64)]
    for browser in browsers:
        browser.cookies = client.cookies
    words = form("凭-64") | {"idempotency_key": "one-key-for-all"}

    answers = post_at_once(*[(browser, url, words) for browser in browsers], whole=True)

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, reverse("finance_award", args=[instalment.award_id]))
    }
    assert Payment.objects.count() == 1
    assert Event.objects.filter(action="record_payment").count() == 1
    assert set(count_all().values()) == {0}

    changed = browsers[0].post(url, words | {"voucher_number": "凭-65"})
    assert changed.status_code == 422
    assert Payment.objects.count() == 1


def test_sixty_four_keys_for_one_instalment_are_one_payment():
    instalment = Instalment.objects.get(award__application=make_application(Status.GRANTED))
    url = reverse("finance_record", args=[instalment.pk])
    client = payer()
    browsers = [Client() for _ in range(64)]
    for browser in browsers:
        browser.cookies = client.cookies

    answers = post_at_once(
        *[(browser, url, form("凭-1") | {"idempotency_key": f"key-{n}"}) for n, browser in enumerate(browsers)]
    )

    assert sorted(answers) == [302] + [409] * 63
    assert Payment.objects.count() == 1


def test_without_its_unique_index_the_key_would_not_hold(monkeypatch):
    """The control: with every key taken as new, the same requests meet the instalment's own index instead."""
    instalment = Instalment.objects.get(award__application=make_application(Status.GRANTED))
    url = reverse("finance_record", args=[instalment.pk])
    client = payer()
    browsers = [Client() for _ in range(CROWD)]
    for browser in browsers:
        browser.cookies = client.cookies

    def always_new(request, key, digest):
        row = IdempotencyKey(user=request.user, key=f"{key}-{uuid.uuid4().hex}"[:80], path="/", body_sha256=digest)
        row.save()
        return row, True

    monkeypatch.setattr("portal.idempotency._take", always_new)

    answers = post_at_once(*[(browser, url, form("凭-1") | {"idempotency_key": "k"}) for browser in browsers])

    assert sorted(answers) == [302] + [409] * (CROWD - 1)  # no longer equal answers
