"""One request, one reply.

What a request goes through, from the outside in (stack.py puts it together, deliver.py is the loop):

1. **A question** (stack.py): nothing new is asked once the run stops. The endpoint that the environment names becomes part of
   what is asked, before its digest is taken. A reply that was cut is followed by a second question with more room (room.py);
   both are calls of their own, so both are banked, paid and found again.
2. **metered** (accounts.py): one CallFinished for each asker, whatever came of it. Outside the cache, because a hit is a call
   too: it costs nothing, and says what it cost once.
3. **cached** (cache.py): a reply that is in the sample bank is served and goes no further: it takes no place, no money and waits
   for nobody. Else equal requests that are under way become one Call (call.py), and whoever asks is told that a provider must
   be waited for. A reply is in the bank before anybody has it.
4. **led** (prefix.py): one call of a prefix goes ahead. Inside the cache, because a hit fills no provider's prompt cache.
5. **deliver** (deliver.py), for one Call:

   - the *breaker* (breaker.py) judges a model by how its calls end, all their tries together: single tries fail too easily;
   - each try takes a *place in flight* (limits.py, pace.py), which the whole run and every model have so many of, and gives it
     back before it waits to try again (retries.py): who waits must not keep others from asking;
   - in the place it takes a *reservation* (budget.py), so that a cap holds however many calls are in flight. After the place:
     a place may be waited for long, and money held meanwhile would stop others. While only the *form* of the reply is refused
     (schema_fallback.py) the next form is asked for in the same place, with a reservation of its own;
   - after all that waiting it is looked at once more whether the call may still go out: a run that stops or is paused
     (pausing.py), a model that was stopped or a call that nobody waits for any more sends nothing;
   - a CallSent event is on disk, the try is counted (there and nowhere else), and it *leaves* (client.py, wire.py).

Failures are named in request.py and told apart in failures.py. CallFailed: this call came to nothing. Halt: the task that asked
can go no further. What is known before anything is sent: preflight.py, catalogue.py, keys.py. docs/design/pace.md and
docs/design/bank.md tell of the two parts that took most thought.
"""
