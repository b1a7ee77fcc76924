"""A request to adapt a dwelling, from the day it is asked to the day its accounts are closed."""
