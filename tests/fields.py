"""An archive of made papers of many fields, each field with words of its own: what a reader likes is rare."""

FIELDS = {
    "speech": "speech recognition acoustic phoneme speaker voice transcript microphone",
    "vision": "image segmentation pixel camera convolution depth texture shading",
    "theory": "proof bound lemma convex optimum duality polytope submodular",
    "robots": "robot gripper arm grasp torque manipulation joint actuator",
}


# Most of an archive is about something else: what a reader likes is rare in it.
OTHERS = [f"other{number}" for number in range(36)]
FIELDS |= {field: " ".join(f"{field}{letter}" for letter in "abcdefgh") for field in OTHERS}


def text(field: str, number: int) -> tuple[str, str]:
    """A paper of a field: its words in an order that its number gives, among words of no field."""
    words = FIELDS[field].split()
    turned = words[number % 8 :] + words[: number % 8]
    return (
        f"{turned[0]} {turned[1]} number{number}",
        f"We study {' '.join(turned[:6])} with method{number % 13}.",
    )


ARCHIVE = [text(field, number) for number in range(10) for field in FIELDS]
