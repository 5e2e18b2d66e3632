"""How a reply is read: what was said to us, the JSON and the rows in it, what they are said to be, and which is the answer."""
