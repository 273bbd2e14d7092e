"""Security headers and the content security policy."""

import base64
import hashlib

from alignment.ui.headers import SecurityHeaders, content_security_policy, index_html, script_hashes


def test_every_answer_carries_the_headers(ask):
    headers = ask(SecurityHeaders).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "default-src 'self'" in headers["content-security-policy"]


def test_a_header_of_the_app_is_kept(ask):
    assert ask(SecurityHeaders).headers["x-frame-options"] == "SAME"


def test_the_inline_script_is_allowed_by_its_hash():
    """Worked by hand from the two bytes between the tags."""
    digest = base64.b64encode(hashlib.sha256(b"x1").digest()).decode()

    assert script_hashes("<p><script>x1</script><script src='a.js'></script>") == [f"'sha256-{digest}'"]


def test_streamlits_page_has_the_one_inline_script_that_is_allowed():
    """If a new version brings a second one, somebody has to look at it."""
    assert len(script_hashes(index_html().read_text(encoding="utf-8"))) == 1


def test_the_policy_names_no_other_host_and_no_eval():
    policy = content_security_policy(index_html().read_text(encoding="utf-8"))

    assert "http" not in policy
    assert "'unsafe-eval'" not in policy
    assert "ws:" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
