"""The web: server, frame, filters, and what pages call. With `pages/`, the only code that knows Streamlit."""
