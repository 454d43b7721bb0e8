"""The invented demo town: its ground, its people and its pictures, made from data and a seed."""
