"""
The app: `python -m streamlit run dashboard.py`, or `uvicorn dashboard:app` in this folder.

The assignment below must stay a literal `app = st.App(...)`: Streamlit finds it by
reading this file, and an app built by a helper function would run without the
guard, silently. A test asserts that it is found.
"""

from pathlib import Path

import streamlit as st

from alignment.ui import serve

app = st.App(
    Path(__file__).parent / "alignment" / "ui" / "frame.py",
    routes=serve.routes(),
    middleware=serve.middleware(),
    lifespan=serve.lifespan,
    on_script_error=serve.report_script_error,
)
