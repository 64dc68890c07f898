"""How the shipped sentence encoder is made; nothing here is needed to answer a question.

``python -m knowledge.model.train`` makes it from published e5 weights, portal
records and our own phrasings. These modules need the extra ``train`` (torch);
``knowledge.embedding`` is what runs, without torch.
"""
