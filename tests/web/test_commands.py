"""Pressing twice does once: the command id lives until the person has seen the confirmation (R7)."""

from streamlit.testing.v1 import AppTest


def form():
    import streamlit as st

    from alignment.ui import commands

    if not commands.show_confirmation("target"):
        st.text(commands.command_id("target"))
        if st.button("Save", key="save"):
            commands.confirm("target", "Saved at 10:02.")


def drawn_id(app):
    return app.text[0].value


def opened():
    return AppTest.from_function(form, default_timeout=30).run()


def test_the_id_is_made_once_and_kept_while_the_form_is_drawn_again():
    app = opened()
    first = drawn_id(app)

    assert drawn_id(app.run()) == first
    assert len(first) == 36


def test_two_people_have_two_ids():
    assert drawn_id(opened()) != drawn_id(opened())


def test_the_confirmation_stands_until_it_is_pressed_away():
    """
    The network broke after Save and the browser came back: that draws the page
    again without a press. The confirmation must still be there, and the form not.
    """
    app = opened()
    app.button(key="save").click().run()
    saved = [element.value for element in app.success]
    app.run()

    assert saved == ["Saved at 10:02."]
    assert [element.value for element in app.success] == saved
    assert not app.text


def test_a_new_id_comes_after_the_confirmation_was_pressed_away():
    app = opened()
    first = drawn_id(app)
    app.button(key="save").click().run()
    app.button(key="command:target:done").click().run()

    assert not app.success
    assert drawn_id(app) != first
