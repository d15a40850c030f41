"""按分类浏览: the branches of the archive; a branch is opened by the list's own filters."""

from dataclasses import asdict
from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.policies import policy_of
from apps.access.policies.base import for_lists
from apps.access.scoped.views import ScopedViewSet
from apps.identity.models import Hospital
from apps.patients.categories import Category, branches
from apps.patients.models import Patient
from apps.patients.selectors import unmerged
from kernel.errors import InvalidValue
from kernel.expectations import UNKNOWN
from kernel.http.schema import raises
from kernel.http.serializers import Serializer, validated


class CategoryQuerySerializer(Serializer):
    hospital_id = serializers.UUIDField()
    category = serializers.ChoiceField(choices=Category.choices)


class BranchSerializer(Serializer):
    """One value of a category. The empty value: no value is given, listed by `without`."""

    value = serializers.CharField(allow_blank=True, help_text="what the list's filter of that name takes")
    name = serializers.CharField()
    count = serializers.IntegerField(help_text="patients within reach; of a large hospital some minutes old")
    count_capped = serializers.BooleanField(help_text="there are at least `count`")


class BrowsingMixin(ScopedViewSet):
    """Of the archive's views."""

    @extend_schema(parameters=[CategoryQuerySerializer], responses=BranchSerializer(many=True), filters=False)
    @raises(InvalidValue)
    def categories(self, request: Any) -> Response:
        """The values of a category with how many patients within reach have each, and those without one."""
        query = validated(CategoryQuerySerializer, request.query_params.dict())
        hospital_id, category = query["hospital_id"], Category(query["category"])
        rows = unmerged(Patient.objects.filter(hospital_id=hospital_id))
        code = self.visible_code()
        scope = self.actor.scope(code)
        whole = scope is not None and (scope.everything or hospital_id in scope.hospitals)
        arms = [Q()] if whole else for_lists(policy_of(Patient).arms(self.actor, code))
        reach = [rows.filter(arm) for arm in arms]
        known = (
            Hospital.objects.filter(pk=hospital_id).exists()
            if whole
            else hospital_id == self.actor.hospital_id
        )
        if not known and not any(part.exists() for part in reach):
            raise InvalidValue(field="hospital_id", expected=UNKNOWN)
        found = branches(category, hospital_id, reach, whole=whole)
        return Response(BranchSerializer([asdict(branch) for branch in found], many=True).data)
