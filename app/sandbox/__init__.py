"""The simulated worlds: a Kommo that can be run, steered and read, written from the vendor's facts and recordings.

It imports nothing else of this product, so that what it checks cannot agree with our own mistakes.
"""
