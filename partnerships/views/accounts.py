"""Signing in and out, passwords, and one's own account."""

from typing import Any

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.generic import FormView, TemplateView, UpdateView

from partnerships.actions import ask_for_password_reset, change_own_account
from partnerships.forms import (
    NewPasswordForm,
    OwnAccountForm,
    OwnPasswordForm,
    PasswordResetRequestForm,
    SignInForm,
)
from partnerships.models import Partnership, Person


class SignInView(auth_views.LoginView):
    form_class = SignInForm
    template_name = "partnerships/sign_in.html"
    redirect_authenticated_user = True


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The page for somebody who guessed too often, with the time from which they can try again."""
    pause = get_cool_off(request)
    page = render(request, "partnerships/locked_out.html", {"again_at": timezone.now() + pause}, status=429)
    page["Retry-After"] = str(int(pause.total_seconds()))
    return page


def client_address(request: HttpRequest) -> str | None:
    """Where a request comes from: as the outermost of our own proxies saw it, when there are any.

    What stands before that in the header was sent by the client, who can write anything.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR")
    if settings.PROXY_COUNT and forwarded:
        return forwarded.split(",")[-settings.PROXY_COUNT :][0].strip()
    return request.META.get("REMOTE_ADDR")


class PasswordResetView(FormView):
    """Asking for a link to choose a new password; the answer tells nobody who has an account."""

    form_class = PasswordResetRequestForm
    template_name = "partnerships/password_reset.html"
    success_url = reverse_lazy("password-reset-sent")

    def form_valid(self, form: Form) -> HttpResponse:
        ask_for_password_reset(email=form.cleaned_data["email"])
        return super().form_valid(form)


class PasswordResetSentView(TemplateView):
    template_name = "partnerships/password_reset_sent.html"


class PasswordResetConfirmView(auth_views.PasswordResetConfirmView):
    """Choosing a password by the link of an invitation or a reset."""

    form_class = NewPasswordForm
    template_name = "partnerships/password_reset_confirm.html"
    success_url = reverse_lazy("password-reset-complete")

    def get_user(self, uidb64: str) -> Person | None:
        """The link's person, unless their account was closed since."""
        person = super().get_user(uidb64)
        return person if person and person.is_active else None


class PasswordResetCompleteView(TemplateView):
    template_name = "partnerships/password_reset_complete.html"


class PasswordChangeView(auth_views.PasswordChangeView):
    form_class = OwnPasswordForm
    template_name = "partnerships/password_change.html"
    success_url = reverse_lazy("partnerships:account")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Your password is changed. You are signed out everywhere else.")
        return super().form_valid(form)


class AccountView(LoginRequiredMixin, UpdateView):
    """One's own account: name, messages, roles, partnerships."""

    form_class = OwnAccountForm
    template_name = "partnerships/account.html"
    success_url = reverse_lazy("partnerships:account")

    def get_object(self, queryset: Any = None) -> Person:
        return Person.objects.visible_to(self.request.user).get(pk=self.request.user.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        partnerships = Partnership.objects.visible_to(self.object)
        reported = partnerships.filter(pk__in=self.object.reported_partnership_ids)
        return super().get_context_data(**kwargs) | {"reported_partnerships": list(reported)}

    def form_valid(self, form: Any) -> HttpResponse:
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        if changed:
            change_own_account(by=self.object, **changed)
        messages.success(self.request, "Your account is saved.")
        return redirect(self.success_url)
