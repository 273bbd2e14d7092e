"""
The only writers. One action is one transaction and one audit event.

Each checks its permission itself, takes the version or value that the person
saw, and never commits: `Database.writing` does, once.
"""
