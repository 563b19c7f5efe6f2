"""What every form of staff is."""

from crispy_forms.helper import FormHelper
from django import forms


class HouseForm(forms.Form):
    """A form as every page shows it: errors from the server in our words, never the browser's own bubbles."""

    use_required_attribute = False

    @property
    def helper(self) -> FormHelper:
        """How crispy draws it: fields only, inside the page's own form element."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper
