"""Words of the log of access, as its pages read them."""

from django import template

from privacy.looks import of_what

register = template.Library()
register.filter("of_what", of_what)
