"""Documents that residents gave once, kept with their consent and offered in later requests.

``kinds`` says which documents are worth keeping and what takes their place, ``actions`` keeps and
withdraws them and records what the resident agreed to.
"""
