"""The patient's own pages, which a link alone opens: their visit, an offered time, their diary, messages stopped."""
