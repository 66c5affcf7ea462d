"""Account pages: Chinese throughout, real names, nothing typed is lost, a locked door that explains itself."""

import re

import pytest
from django.urls import reverse

from applications.models import User

PASSWORD = "correct-horse-battery"


def make_user(email: str = "") -> User:
    return User.objects.create_user(username="zhangsan", password=PASSWORD, name="张三", email=email)


ANONYMOUS_PAGES = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_inactive",
]
OWN_PAGES = ["account_change_password", "account_email", "account_logout", "mfa_index", "account_reauthenticate"]


def visible_text(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"<(head|script|svg)\b.*?</\1>", "", html, flags=re.DOTALL))


@pytest.mark.django_db
@pytest.mark.parametrize("name", ANONYMOUS_PAGES)
def test_account_pages_speak_chinese_to_strangers(client, name):
    response = client.get(reverse(name))

    assert response.status_code == 200
    assert re.findall(r"[A-Za-z]{3,}", visible_text(response.content.decode())) == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", OWN_PAGES)
def test_account_pages_speak_chinese_to_their_owner(client, name):
    client.force_login(make_user())

    response = client.get(reverse(name))

    assert response.status_code == 200
    assert re.findall(r"[A-Za-z]{3,}", visible_text(response.content.decode())) == []


SIGNUP = {
    "name": "李四",
    "mobile": "13800000000",
    "username": "lisi",
    "email": "",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


@pytest.mark.django_db
def test_signup_stores_who_the_person_is(client):
    response = client.post(reverse("account_signup"), SIGNUP)

    assert response.status_code == 302
    assert User.objects.values_list("username", "name", "phone").get() == ("lisi", "李四", "13800000000")


@pytest.mark.django_db
def test_a_refused_signup_says_why_twice_and_forgets_nothing_typed(client):
    response = client.post(reverse("account_signup"), SIGNUP | {"mobile": "12345"})

    page = response.content.decode()
    assert not User.objects.exists()
    assert page.count("请填写十一位手机号码，例如：13800000000。") == 2
    assert '<a href="#id_mobile">手机号码</a>' in page
    assert all(f'value="{typed}"' in page for typed in ("李四", "12345", "lisi"))


@pytest.mark.django_db
def test_after_five_wrong_passwords_the_page_says_how_long_to_wait(client):
    make_user()

    for _ in range(5):
        response = client.post(reverse("account_login"), {"login": "zhangsan", "password": "wrong-wrong-wrong"})

    assert response.status_code == 429
    assert "请等待十五分钟后重试" in response.content.decode()


@pytest.mark.django_db
def test_a_forgotten_password_is_answered_by_mail_in_chinese(client, mailoutbox):
    make_user(email="zhangsan@example.com")

    response = client.post(reverse("account_reset_password"), {"email": "zhangsan@example.com"})

    assert response.status_code == 302
    [mail] = mailoutbox
    assert mail.subject == "【算力奖补平台】重置密码"
    assert mail.body.startswith(
        "您好：\n\n您的账户（用户名：zhangsan）申请了重置密码。请打开下面的链接设置新密码：\n\nhttp"
    )


@pytest.mark.django_db
def test_the_link_of_the_mail_leads_to_a_new_password(client, mailoutbox):
    user = make_user(email="zhangsan@example.com")
    client.post(reverse("account_reset_password"), {"email": "zhangsan@example.com"})
    link = re.search(r"http://[^/]+(/\S+)", mailoutbox[0].body)[1]

    page = client.get(link, follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": "another-horse-42", "password2": "another-horse-42"})

    user.refresh_from_db()
    assert user.check_password("another-horse-42")


@pytest.mark.django_db
def test_a_worn_out_link_says_so(client):
    page = client.get(reverse("account_reset_password_from_key", args=["1", "set-password"]))

    assert "链接已失效" in page.content.decode()


@pytest.mark.django_db
def test_short_password_is_refused_in_chinese(client):
    response = client.post(reverse("account_signup"), SIGNUP | {"password1": "k7#pQ", "password2": "k7#pQ"})

    assert response.context["form"].errors["password1"] == ["密码太短，至少需要 10 个字符。"]


@pytest.mark.django_db
def test_who_comes_in_stands_at_the_own_desk(client):
    signed_up = client.post(reverse("account_signup"), SIGNUP)
    client.logout()
    logged_in = client.post(reverse("account_login"), {"login": "lisi", "password": PASSWORD})
    client.logout()
    onward = client.post(f"{reverse('account_login')}?next=/verify/", {"login": "lisi", "password": PASSWORD})

    assert [signed_up.url, logged_in.url, onward.url] == ["/my/", "/my/", "/verify/"]
