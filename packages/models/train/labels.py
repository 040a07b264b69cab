"""PACT's words of emotion and how the public labels map to them."""

EMOTIONS = (
    "admiring afraid amused angry approving caring confused curious disappointed disapproving disgusted embarrassed excited "
    "frustrated grateful grieving happy hopeful longing loving proud realizing relieved remorseful sad stressed surprised "
    "worried neutral"
).split()
INDEX = {label: index for index, label in enumerate(EMOTIONS)}

# The 27 categories and neutral of GoEmotions, in the order of its label numbers.
GOEMOTIONS = (
    "admiring amused angry frustrated approving caring confused curious longing disappointed disapproving disgusted "
    "embarrassed excited afraid grateful grieving happy loving worried hopeful proud realizing relieved remorseful sad "
    "surprised neutral"
).split()

# Plutchik's eight in the order of XED's label numbers 1 to 8: each stands for any of several words.
XED = {
    1: "angry frustrated disapproving",
    2: "hopeful curious longing excited stressed",
    3: "disgusted disapproving",
    4: "afraid worried stressed",
    5: "happy amused excited loving grateful proud admiring relieved",
    6: "sad disappointed grieving remorseful longing",
    7: "surprised confused realizing",
    8: "approving caring admiring hopeful loving grateful",
}

POSITIVE = set("admiring amused approving caring excited grateful happy hopeful loving proud relieved".split())
NEGATIVE = set(
    "afraid angry disappointed disapproving disgusted embarrassed frustrated grieving remorseful sad stressed worried".split()
)


def polarity(label):
    return 1 if label in POSITIVE else -1 if label in NEGATIVE else 0
