"""`canary`: a courier of nobody's who drives in circles, and a recipient who watches him, so that the way
from phone to socket is known to be open before somebody misses it."""
