from drivers.sim.slides import PAGE_S, Deck, Slides

DECKS = {"laptop": Deck("Verbouwing zwembad", "Wethouder", ("Kosten", "Planning")), "griffie": Deck("Agenda")}


def test_pages_follow_each_other_and_begin_anew_after_a_change() -> None:
    slides = Slides(DECKS, 320, 180)
    title = slides.frame("laptop", 100.0)
    assert len(title) == 320 * 180 * 3 // 2
    second = slides.frame("laptop", 100.0 + PAGE_S)
    third = slides.frame("laptop", 100.0 + 2 * PAGE_S)
    assert len({title, second, third}) == 3
    assert slides.frame("laptop", 100.0 + 3 * PAGE_S) is title
    slides.frame("griffie", 130.0)
    assert slides.frame("laptop", 131.0) is title


def test_an_input_without_a_deck_shows_that_there_is_no_signal() -> None:
    slides = Slides(DECKS, 320, 180)
    assert slides.frame(None, 0.0) == slides.frame("dvd", 50.0)
    assert slides.frame(None, 0.0) != slides.frame("griffie", 0.0)


def test_a_long_title_is_made_to_fit() -> None:
    long = Slides({"a": Deck("Meerjarenperspectief grondexploitaties, vastgoed en zwembad")}, 320, 180).frame("a", 0.0)
    # the right margin stays paper
    rows = [long[row * 320 + 305 : row * 320 + 320] for row in range(60, 100)]
    assert min(min(row) for row in rows) > 200
