"""What the environment says to the director (`REELWRIGHT_DIRECTOR_...`). Whoever starts the service makes one."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from reelwright_director.policy import DAY_S, Policy
from reelwright_director.terms import Stage

WINDOW_PER_SLOT = 2
"""Outstanding assets per provider slot: enough that a slot never waits for the director."""


class DirectorSettings(BaseSettings):
    """Times are in seconds. Slots are those of the provider's account, per product family."""

    model_config = SettingsConfigDict(env_prefix="REELWRIGHT_DIRECTOR_", extra="ignore", env_ignore_empty=True)

    lease_s: float = Field(default=45.0, gt=0)
    transcription_deadline_s: float = Field(default=900.0, gt=0)
    plan_deadline_s: float = Field(default=300.0, gt=0)
    asset_deadline_s: float = Field(default=2_400.0, gt=0)
    render_deadline_s: float = Field(default=1_800.0, gt=0)
    max_errors: int = Field(default=5, ge=1)
    max_losses: int = Field(default=10, ge=1)
    backoff_s: float = Field(default=5.0, gt=0)
    max_postponed_s: float = Field(default=DAY_S, ge=0)
    video_slots: int = Field(default=20, ge=1)
    """The provider's standard video pack."""
    image_slots: int = Field(default=9, ge=1)
    """The provider's standard image pack."""
    tick_every_s: float = Field(default=1.0, gt=0)
    sweep_every_s: float = Field(default=5.0, gt=0)
    brakes_every_s: float = Field(default=2.0, gt=0, le=4.0)
    """Brakes are obeyed within 5 s, at the latest."""

    def policy(self) -> Policy:
        return Policy(
            lease_s=self.lease_s,
            deadline_s={
                Stage.TRANSCRIPTION: self.transcription_deadline_s,
                Stage.PLAN: self.plan_deadline_s,
                Stage.ASSET: self.asset_deadline_s,
                Stage.RENDER: self.render_deadline_s,
            },
            max_errors=self.max_errors,
            max_losses=self.max_losses,
            backoff_s=self.backoff_s,
            max_postponed_s=self.max_postponed_s,
        )
