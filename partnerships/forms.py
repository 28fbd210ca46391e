"""Forms about one's own account."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm

from partnerships.actions import set_own_password
from partnerships.models import Person

HOW_TO_CHOOSE = (
    "At least 12 characters. Several words in a row are good. Not a common password, not only figures, "
    "and nothing like your name or address."
)


class SignInForm(AuthenticationForm):
    """The answer to a wrong password, an unknown address and a closed account is the same."""

    username = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )

    error_messages = {
        "invalid_login": "The e-mail address or the password is not right. Check both and try again.",
        "inactive": "The e-mail address or the password is not right. Check both and try again.",
    }

    def clean_username(self) -> str:
        # Guesses count for one account however its address is written.
        return Person.normalised_email(self.cleaned_data["username"])


class PasswordResetRequestForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="The one that you sign in with.",
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


class NewPasswordForm(SetPasswordForm):
    """Choosing a password by the link of an invitation or a reset."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        explain_new_password(self)

    def save(self, commit: bool = True) -> Person:
        set_own_password(by=self.user, password=self.cleaned_data["new_password1"])
        return self.user


class OwnPasswordForm(PasswordChangeForm):
    """Changing the password while signed in."""

    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": "This is not your present password.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Present password"
        explain_new_password(self)

    def save(self, commit: bool = True) -> Person:
        set_own_password(by=self.user, password=self.cleaned_data["new_password1"])
        return self.user


def explain_new_password(form: SetPasswordForm) -> None:
    first, second = form.fields["new_password1"], form.fields["new_password2"]
    first.label, first.help_text = "New password", HOW_TO_CHOOSE
    second.label, second.help_text = "New password again", ""


class OwnAccountForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ["name", "notice_frequency"]
        help_texts = {"name": "As colleagues know you."}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "notice_frequency": forms.RadioSelect,
        }
