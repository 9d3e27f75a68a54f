# SPDX-License-Identifier: Apache-2.0
"""What a run looked like: a page to read, and a recording to play back in Foxglove."""
