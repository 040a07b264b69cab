"""One support conversation that goes from frustrated to relieved, and the words that an emotion may have."""

# Who and where the conversation is about: an entity of the graph has to be one of them.
NAMES = ("Priya", "Lisbon", "Marek", "Porto")

ANGRY = [
    (
        "This is so frustrating! My order of the espresso machine was due on Monday and it still has not arrived.",
        "I am sorry about the delay. Which order is it?",
    ),
    (
        "Order 48213, for Priya Raman in Lisbon. I have already explained this three times and I am furious.",
        "Thank you. I see order 48213 for Priya Raman in Lisbon.",
    ),
    (
        "Your courier lied to me. The tracking page said delivered, and nothing was delivered. This is terrible service!",
        "That should not have happened. I will ask the courier.",
    ),
    (
        "I am really angry. I took a day off work in Lisbon and waited for a delivery that never came.",
        "I understand. I am looking for the parcel now.",
    ),
    (
        "Nobody at your company cares, it is outrageous. I hate waiting on the phone for an hour and getting no answer.",
        "I will stay with this until it is solved.",
    ),
]

TURNING = [
    ("Where is the espresso machine now?", "It is in the depot in Porto, with a torn address label."),
    ("Who is responsible for the delivery from Porto?", "Marek runs the depot in Porto and has taken it over."),
    ("I hope Marek gets the delivery to Lisbon by Thursday.", "He has booked a van to Lisbon for Thursday morning."),
    ("Will the courier send Priya a message before it arrives?", "Yes, Priya gets a message one hour before."),
]

HAPPY = [
    (
        "What a relief, the espresso machine has arrived! Thank you so much, Marek was wonderful.",
        "I am glad to hear it. Is the machine in good order?",
    ),
    (
        "It is perfect and I am so happy with it. The first coffee was delicious!",
        "That is lovely. The delivery fee has been refunded.",
    ),
    (
        "A refund too? That is amazing, thank you! I am really grateful for your help.",
        "You are welcome. Enjoy the coffee in Lisbon.",
    ),
    (
        "I love it. You turned an awful week into a great one, I am delighted.",
        "Thank you for your patience, Priya.",
    ),
]

# The emotion words of the public API, one a message.
EMOTIONS = frozenset(
    """
    admiring afraid amused angry approving caring confused curious disappointed disapproving disgusted embarrassed
    excited frustrated grateful grieving happy hopeful longing loving proud realizing relieved remorseful sad stressed
    surprised worried neutral
    """.split()
)
