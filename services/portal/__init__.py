"""The merchants' and administrators' API, the link page's API, and the pages themselves."""
