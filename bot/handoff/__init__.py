"""A question that a person is to answer: its states, who is told what, and the desk that keeps both."""
