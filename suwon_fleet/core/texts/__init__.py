# SPDX-License-Identifier: Apache-2.0
"""Reasons in human words, English and Korean: what happened, and what to do about it."""

from suwon_fleet.core.texts.say import LANGUAGES, Language, say

__all__ = ["LANGUAGES", "Language", "say"]
