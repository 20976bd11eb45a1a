"""A project's media as links."""

from dataclasses import dataclass

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_gateway.media.links import MediaLinks
from reelwright_gateway.projects.models import Video
from reelwright_gateway.schema import Link

FILENAMES = {
    "mp4": "short.mp4",
    "srt": "captions.srt",
    "vtt": "captions.vtt",
    "poster": "poster.jpg",
    "timeline": "timeline.otio",
}
"""What a download is called: ours, never the user's."""


@dataclass(frozen=True, slots=True)
class Linker:
    """Links for one request: `base_url` is how its client reaches us."""

    links: MediaLinks
    base_url: str

    async def link(self, blob: BlobRef, filename: str) -> Link:
        made = await self.links.link(blob, filename=filename, base_url=self.base_url)
        return Link(
            url=made.url,
            download_url=made.download_url,
            expires_at=made.expires_at,
            content_type=blob.content_type or "application/octet-stream",
            size_bytes=blob.size_bytes,
            sha256=blob.sha256,
        )

    async def part(self, project: rpc.Project, name: str) -> Link | None:
        """One of `FILENAMES`; None while the project has none."""
        blob: BlobRef = getattr(project.video, name)
        return await self.link(blob, FILENAMES[name]) if blob.key else None

    async def video(self, project: rpc.Project) -> Video | None:
        mp4 = await self.part(project, "mp4")
        if mp4 is None:
            return None
        made = project.video
        return Video(
            video=mp4,
            captions_srt=await self.part(project, "srt"),
            captions_vtt=await self.part(project, "vtt"),
            poster=await self.part(project, "poster"),
            timeline=await self.part(project, "timeline"),
            duration_s=made.duration_s,
            width_px=made.width_px,
            height_px=made.height_px,
            fps=made.fps,
        )
