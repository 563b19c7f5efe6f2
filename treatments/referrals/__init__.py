"""Reading a referral list from another system: people, how to reach them, what was found, and treatment so far.

`rows` turns one row into a Referral or says what is wrong with it; `stored` and `changes` compare it with what is here;
`load` reads a whole file and writes it.

What a list may change
- The newest statement wins, field by field. What the list said last time is remembered (`ReferralLine`), so a row that
  says the same as before changes nothing, even where staff have corrected the record since.
- Consent to texts is ``sms_consent_on``. Somebody referred with email as the preferred channel asked for email then:
  that is consent to email, dated ``referred_on``. What a list gave, a later list can take back; consent that was given
  or withdrawn here stands, except that a new number or address has only the consent that came with it. Where a number or
  address was corrected or removed here, the list's consent is of no other until it names another one.
- A draft assessment of referral findings is kept up to date; a signed one is never touched, a draft begun here neither.
- The course of somebody in treatment is made once and corrected only while nothing of our own has happened in it.
- A phone number or an email address that was erased here stays away until the list says another ``referred_on``.
- What a later list leaves out (a phone number, an authorization, treatment) is not taken away here.
"""
