"""What users can choose from by name, with what it is in a line: for whoever faces them and draws nothing itself.

The renderer draws the caption styles and the simulator the looks; a test holds these lists to theirs.
"""

CAPTION_STYLES = {
    "highlight": "White words, the spoken one in yellow. Right for everything.",
    "pop": "The spoken word springs up in green. For energetic talks.",
    "box": "A violet box glides from word to word. The strongest branding.",
    "karaoke": "Words fill with pink as they are spoken. For songs and slow talks.",
    "classic": "White on a dark bar, nothing moves. Sober.",
    "one-word": "One big word at a time. For fast talks with few words.",
    "none": "No captions in the picture.",
}
LOOKS = {
    "auto": "Chosen by each scene's words.",
    "ridges": "Mountain ridges fading into mist under a low sun; with people, a family stands on the nearest hill.",
    "ocean": "Open water under a low sun, its waves moving as deep water does, with a path of glitter.",
    "forest": "Misty trunks with shafts of light turning between them.",
    "city": "A skyline at night across the water, windows coming on, traffic along the shore.",
    "hearth": "A warm room with candles on a polished table, or filament bulbs hanging over it.",
    "silk": "Folds of satin flowing slowly in two lights.",
    "wave": "Luminous points rolling like a sea of data, focused in the middle distance.",
    "cosmos": "Nebulae and flying stars, often above a planet at sunrise.",
    "aurora": "Northern lights folding over stars, pines and a still lake.",
    "ink": "Two inks unfolding in still water.",
}
