"""Messages about findings. They carry a link, never the finding's own words."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from evidence.models import Finding


def tell_author_of_return(finding: Finding) -> None:
    """Tell the author that a lead has returned a finding, when they may still read it."""
    author = finding.created_by
    if author is None or not Finding.objects.visible_to(author).filter(pk=finding.pk).exists():
        return
    link = f"{settings.SITE_URL}{reverse('evidence:finding-detail', args=[finding.ref])}"
    send_mail(
        subject=f"Finding {finding.ref} was returned to you",
        message=render_to_string("email/evidence/finding_returned.txt", {"person": author, "link": link}),
        from_email=None,
        recipient_list=[author.email],
    )
