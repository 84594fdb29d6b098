class PlainDrawer:
    name = "Greenroom"
