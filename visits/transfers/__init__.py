"""A move to another home: wished, matched against the register, offered, done."""
