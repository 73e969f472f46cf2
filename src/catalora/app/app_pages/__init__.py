"""One script per page, run by Streamlit from top to bottom at every click; the work is in the modules beside."""
