"""The arithmetic by which KEDA and the HorizontalPodAutoscaler choose a number of pods. Pure; the time is passed in.

After KEDA 2.21 (`pkg/scalers/kafka_scaler.go`, `pkg/scaling/executor`) and Kubernetes 1.37
(`pkg/controller/podautoscaler`): KEDA sums a group's lag, bounds it, and wakes or ends the deployment; in between the
HPA divides by the threshold.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

SYNC_S = 15.0
"""How often the HPA looks (--horizontal-pod-autoscaler-sync-period)."""
TOLERANCE = 0.1
"""A wish that is this near to what there is changes nothing."""
UP_PODS, UP_SHARE, UP_PERIOD_S = 4, 1.0, 15.0
"""The HPA's own rule for more pods, which the chart leaves as it is: 4 or as many again every 15 s, the greater one."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """What a ScaledObject says. Times are in seconds."""

    lag_threshold: int
    least: int
    most: int
    polling_s: float
    cooldown_s: float
    window_s: float
    down_pods: int = 1
    down_period_s: float = 60.0


def lag_metric(lags: Sequence[int], threshold: int) -> int:
    """The lag as KEDA reports it with limitToPartitionsWithLag: no more pods' worth than partitions that have some."""
    total = sum(lags)
    bound = sum(lag > 0 for lag in lags)
    return bound * threshold if total // threshold > bound else total


def wish(metric: int, threshold: int, replicas: int) -> int:
    """How many pods the HPA would have for a metric whose target is an average value."""
    if replicas and abs(metric / (threshold * replicas) - 1) <= TOLERANCE:
        return replicas
    return math.ceil(metric / threshold)


@dataclass(slots=True)
class Scaler:
    """One ScaledObject and its HPA. Call `look` every `SYNC_S`."""

    scaling: Scaling
    _wishes: deque[tuple[float, int]] = field(default_factory=deque)
    _changes: deque[tuple[float, int]] = field(default_factory=deque)
    _active_at_s: float = -math.inf

    def look(self, now_s: float, lags: Sequence[int], replicas: int) -> int:
        """The number of pods to have from now on."""
        metric = lag_metric(lags, self.scaling.lag_threshold)
        if sum(lags) > 0:
            self._active_at_s = now_s
        if not replicas:
            wanted = max(1, self.scaling.least) if sum(lags) > 0 else self.scaling.least
        elif not sum(lags) and not self.scaling.least and now_s - self._active_at_s >= self.scaling.cooldown_s:
            wanted = 0
        else:
            wanted = self._scale(now_s, metric, replicas)
        if wanted != replicas:
            self._changes.append((now_s, wanted - replicas))
        return wanted

    def _scale(self, now_s: float, metric: int, replicas: int) -> int:
        """The HPA's part: never below one pod, which only KEDA takes away."""
        bounded = min(max(wish(metric, self.scaling.lag_threshold, replicas), 1, self.scaling.least), self.scaling.most)
        self._wishes.append((now_s, bounded))
        while self._wishes[0][0] < now_s - self.scaling.window_s:
            self._wishes.popleft()
        if bounded > replicas:
            return min(bounded, self._ceiling(now_s, replicas))
        steadied = max(each for _, each in self._wishes)
        return max(min(steadied, replicas), self._floor(now_s, replicas))

    def _ceiling(self, now_s: float, replicas: int) -> int:
        before = replicas - self._changed(now_s, UP_PERIOD_S, ups=True)
        return max(before + UP_PODS, math.ceil(before * (1 + UP_SHARE)))

    def _floor(self, now_s: float, replicas: int) -> int:
        before = replicas - self._changed(now_s, self.scaling.down_period_s, ups=False)
        return before - self.scaling.down_pods

    def _changed(self, now_s: float, period_s: float, *, ups: bool) -> int:
        """By how much the number went up (or down, as a negative number) within the last period."""
        while self._changes and self._changes[0][0] <= now_s - max(UP_PERIOD_S, self.scaling.down_period_s):
            self._changes.popleft()
        return sum(by for at_s, by in self._changes if at_s > now_s - period_s and (by > 0) == ups)
