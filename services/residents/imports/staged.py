"""The columns of the table that holds an import while it is checked, in the order of COPY.

Plain Python, so that the processes that clean rows load no application.
"""

LEADING = (
    "line", "who", "state", "problems", "doubts", "nik_print", "nik_sealed", "kk_print",
    "kk_sealed", "father_nik_sealed", "mother_nik_sealed", "place",
)  # fmt: skip
# Fields of a person, under the names they have there.
PERSONAL = (
    "name", "sex", "birth_place", "birth_date", "religion", "marital", "relation", "education",
    "occupation", "citizenship", "father_name", "mother_name", "status", "resident_since",
    "studying", "blood", "disability", "contraception", "pregnant", "insurance",
    "insurance_number", "ethnicity", "card_state", "recording", "card_tag", "birth_certificate",
    "marriage_certificate", "married_on", "divorce_certificate", "divorced_on", "passport",
    "passport_until", "stay_permit", "current_address", "phone", "residency", "stays_until",
    "latitude", "longitude",
)  # fmt: skip
# And of their household.
OF_HOUSEHOLD = ("address", "postal_code")
FACTS = (*PERSONAL, *OF_HOUSEHOLD)
