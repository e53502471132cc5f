"""Accounts as a tester sees and changes them."""

from dataclasses import asdict

from app.sandbox.account import INCLUDED_QUOTA, Account
from app.sandbox.api_v4.webhooks import check_codes, check_destination, subscribed, webhook_view
from app.sandbox.entities import Bot, User
from app.sandbox.errors import RefusedError
from app.sandbox.steering.orders import AccountOrder, AccountView, TemplateBotOrder, UserOrder
from app.sandbox.steering.say import OrderError
from app.sandbox.world import World, new_user


def view(account: Account) -> AccountView:
    bot = next(iter(account.bots.values()))
    return AccountView(
        id=account.id,
        subdomain=account.subdomain,
        token=account.token,
        plan=account.plan,
        quota=account.quota,
        capabilities=asdict(account.capabilities),
        bot_id=bot.id,
        field_id=bot.field_id,
        template_bots={one.name: one.id for one in account.bots.values() if one.template is not None},
        webhooks=[webhook_view(account, hook) for hook in account.webhooks.values()],
        users=[user_view(user) for user in account.users.values()],
    )


def user_view(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "name": user.name,
        "phone": user.phone,
        "is_active": user.is_active,
        "is_admin": user.is_admin,
    }


def make_or_change(world: World, order: AccountOrder) -> AccountView:
    account = world.find(order.id if order.id is not None else order.subdomain or "")
    if order.token is not None and world.by_token.get(order.token) not in (None, account):
        raise OrderError(409, "Another account has that token.")
    if account is None:
        account = world.add_account(account_id=order.id, subdomain=order.subdomain, token=order.token)
    elif order.token is not None:
        world.change_token(account, order.token)
    _change_plan(account, order)
    for user in order.users:
        _change_user(account, user)
    for one in account.templates.values():
        one.review = "approved" if one.review and one.name in order.approved_templates else one.review
    for template in order.template_bots:
        _add_template_bot(world, account, template)
    _subscribe(world, account, order)
    account.touch()
    return view(account)


def _change_plan(account: Account, order: AccountOrder) -> None:
    if order.plan is not None:
        account.plan = order.plan
        account.quota = INCLUDED_QUOTA.get(order.plan)
    if "quota" in order.model_fields_set:
        account.quota = order.quota
    if order.capabilities is not None:
        for name, value in order.capabilities.model_dump(exclude_none=True).items():
            setattr(account.capabilities, name, value)


def _change_user(account: Account, order: UserOrder) -> None:
    if order.gone:
        account.users.pop(order.id or 0, None)
        return
    user_id = order.id or max(account.users) + 1
    user = account.users.get(user_id) or new_user(user_id, order.name or f"User {user_id}")
    for name, value in order.model_dump(exclude_none=True, exclude={"id", "gone"}).items():
        setattr(user, name, value)
    account.users[user.id] = user


def _add_template_bot(world: World, account: Account, order: TemplateBotOrder) -> None:
    known = next((one for one in account.bots.values() if one.name == order.name), None)
    if known is not None:
        known.template = order.template
        return
    bot = Bot(id=next(world.next.bot), name=order.name, field_id=0, template=order.template)
    account.bots[bot.id] = bot


def _subscribe(world: World, account: Account, order: AccountOrder) -> None:
    try:
        for destination, settings in order.webhooks.items():
            check_destination(destination)
            check_codes(account, settings)
            subscribed(world, account, destination, settings=settings)
    except RefusedError as refused:
        raise OrderError(refused.answer.status, refused.answer.body.decode()) from refused
