"""Shapes of sign-in and of the signed-in person."""

from rest_framework import serializers


class TokenRequest(serializers.Serializer):
    """E-mail and password; `scope` "read" gives a token that cannot change anything."""

    email = serializers.EmailField()
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    scope = serializers.ChoiceField(choices=["read", "write"], default="write")
    label = serializers.CharField(  # type: ignore[assignment]  # a field of this name, not the label of Field
        max_length=80, required=False, allow_blank=True, default=""
    )


class TokenAnswer(serializers.Serializer):
    """The token is shown only here, once."""

    id = serializers.UUIDField()
    token = serializers.CharField()
    scope = serializers.CharField()
    created_at = serializers.DateTimeField()


class OrganizationOfPerson(serializers.Serializer):
    id = serializers.IntegerField()
    reference = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())


class Me(serializers.Serializer):
    """The signed-in person and the roles it holds."""

    id = serializers.IntegerField()
    email = serializers.EmailField()
    function = serializers.CharField()
    language = serializers.CharField()
    organizations = OrganizationOfPerson(many=True)
