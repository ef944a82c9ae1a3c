"""Constructs, one logical entity each: they translate the desired state into resources and decide nothing.

A team may use them in a stack of its own; see README.md, "A stack of your own".
"""
