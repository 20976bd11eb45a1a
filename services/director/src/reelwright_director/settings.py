"""What the environment says to the director (`REELWRIGHT_DIRECTOR_...`). Whoever starts the service makes one."""

from pydantic import Field

from reelwright_chassis.settings import Settings, prefix
from reelwright_director.policy import DAY_S, Policy
from reelwright_director.terms import Stage

WINDOW_PER_SLOT = 2
"""Outstanding assets per provider slot: enough that a slot never waits for the director."""


class DirectorSettings(Settings):
    """Times are in seconds. Slots are those of the provider's account, per product family."""

    model_config = prefix("DIRECTOR")

    lease_s: float = Field(
        default=45.0, gt=0, description="A worker that has not been heard of for that long has lost its attempt."
    )
    fetch_deadline_s: float = Field(
        default=900.0, gt=0, description="How long it may take to fetch a recording that lies elsewhere."
    )
    transcription_deadline_s: float = Field(
        default=900.0, gt=0, description="How long a transcription may take, from its first begin."
    )
    plan_deadline_s: float = Field(default=300.0, gt=0, description="How long a plan may take.")
    asset_deadline_s: float = Field(default=2_400.0, gt=0, description="How long a clip or picture may take.")
    render_deadline_s: float = Field(default=1_800.0, gt=0, description="How long a render may take.")
    max_errors: int = Field(default=5, ge=1, description="Errors of a request, before its project fails.")
    max_losses: int = Field(
        default=10, ge=1, description="Attempts of a request that ended without a word, before its project fails."
    )
    backoff_s: float = Field(
        default=5.0, gt=0, description="After an error: how long until the request is made again; it doubles each time."
    )
    max_postponed_s: float = Field(
        default=DAY_S, ge=0, description="How long in all a request may be put off because the provider says so."
    )
    video_slots: int = Field(
        default=20, ge=1, description="Clips that the provider makes at once; 20 in its standard video pack."
    )
    image_slots: int = Field(
        default=9, ge=1, description="Pictures that the provider makes at once; 9 in its standard image pack."
    )
    tick_every_s: float = Field(default=1.0, gt=0, description="How often it looks for what is due.")
    sweep_every_s: float = Field(
        default=5.0, gt=0, description="How often it looks for messages that their writer could not publish."
    )
    brakes_every_s: float = Field(
        default=2.0, gt=0, le=4.0, description="How often it reads which stages are paused: obeyed within 5 s."
    )
    census_every_s: float = Field(
        default=15.0,
        gt=0,
        description="How often one replica counts what waits and for how long, for the metrics: it reads every project "
        "that is being worked on.",
    )
    webhooks_to_loopback: bool = Field(
        default=False,
        description="Whether webhooks may lead to this machine, without TLS too: to try them, on one's own machine.",
    )
    planner_address: str = Field(
        default="",
        validation_alias="REELWRIGHT_PLANNER_ADDRESS",
        description="The planner's gRPC address, as dns:///planner:50051, for prompts that are written anew while "
        "their editor waits. Unset: that is refused, and all else works.",
    )

    def policy(self) -> Policy:
        return Policy(
            lease_s=self.lease_s,
            deadline_s={
                Stage.FETCH: self.fetch_deadline_s,
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
