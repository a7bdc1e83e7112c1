"""KERN's look for Django's own form renderer.

settings: FORM_RENDERER = "config.kern.KernRenderer"; "django.forms" among the apps, config/templates before them.
Template: {% include "kern/form.html" with submit=_("Save") %}, or {{ form.title.as_field_group }} field by field.
"""

from typing import Any

from django.forms import Widget
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

CLASSES = {
    "checkbox": "kern-form-check__checkbox",
    "checkboxselectmultiple": "kern-form-check__checkbox",
    "radioselect": "kern-form-check__radio",
    "select": "kern-form-input__select",
    "nullbooleanselect": "kern-form-input__select",
}


class KernBoundField(BoundField):
    """Adds KERN's classes to the widget, also to the error state, and knows where an error link must lead."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        """Django's attributes plus the class of the widget's kind."""
        built = super().build_widget_attrs(attrs, widget)
        own = CLASSES.get(self.widget_type, "kern-form-input__input")
        given = (widget or self.field.widget).attrs.get("class", "")
        built["class"] = " ".join(filter(None, [given, own, f"{own}--error" if self.errors else ""]))
        return built

    @property
    def first_id(self) -> str:
        """The id an error link leads to: the first box of a group, or the field itself."""
        if self.use_fieldset and self.widget_type in ("radioselect", "checkboxselectmultiple"):
            return f"{self.auto_id}_0"
        return self.id_for_label or self.auto_id


class KernRenderer(TemplatesSetting):
    """Fields as KERN mark-up; widgets by the overrides in config/templates/django/forms/widgets."""

    field_template_name = "kern/field.html"
    bound_field_class = KernBoundField
