// SPDX-License-Identifier: MIT
/*
 * Driver for multiplexers: ports whose link can be split.
 */

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <port/port.h>

#define MUX_MAX_CHANNELS	16
#define MUX_REG_CHANNELS	0x04
#define MUX_REG_STATUS		0x08
#define MUX_STATUS_LINK		BIT(0)

struct mux {
	struct port *port;
	struct mutex reg_lock;
	void __iomem *regs;
};

static void mux_write_channels(struct mux *mux, unsigned int count)
{
	mutex_lock(&mux->reg_lock);
	writel(count, mux->regs + MUX_REG_CHANNELS);
	mutex_unlock(&mux->reg_lock);
}

static int mux_set_channels(struct port *port, unsigned int count)
{
	struct mux *mux = port_get_drvdata(port);
	int ret;

	if (count > MUX_MAX_CHANNELS)
		return -EINVAL;

	if (port->nr_channels) {
		mux_write_channels(mux, 0);
		port_disable_channels(port);
	}
	if (!count)
		return 0;

	ret = port_enable_channels(port, count);
	if (ret)
		return ret;

	mux_write_channels(mux, count);
	return 0;
}

static void mux_refresh(struct port *port)
{
	struct mux *mux = port_get_drvdata(port);

	mutex_lock(&mux->reg_lock);
	port->link_up = readl(mux->regs + MUX_REG_STATUS) & MUX_STATUS_LINK;
	mutex_unlock(&mux->reg_lock);
}

static int mux_probe(struct port *port)
{
	struct mux *mux;
	int ret;

	mux = kzalloc(sizeof(*mux), GFP_KERNEL);
	if (!mux)
		return -ENOMEM;

	mutex_init(&mux->reg_lock);
	mux->port = port;
	mux->regs = port_map_registers(port);
	if (!mux->regs) {
		ret = -EIO;
		goto free;
	}

	port_set_drvdata(port, mux);
	mux_write_channels(mux, 0);
	return 0;

free:
	kfree(mux);
	return ret;
}

static void mux_remove(struct port *port)
{
	struct mux *mux = port_get_drvdata(port);

	mux_write_channels(mux, 0);
	port_disable_channels(port);
	port_set_drvdata(port, NULL);
	port_unmap_registers(port, mux->regs);
	kfree(mux);
}

static struct port_driver mux_driver = {
	.name		= "mux",
	.model		= "mux16",
	.probe		= mux_probe,
	.remove		= mux_remove,
	.set_channels	= mux_set_channels,
	.refresh	= mux_refresh,
};

static int __init mux_init(void)
{
	return port_driver_register(&mux_driver);
}

static void __exit mux_exit(void)
{
	port_driver_unregister(&mux_driver);
}

module_init(mux_init);
module_exit(mux_exit);

MODULE_DESCRIPTION("Multiplexer ports");
MODULE_LICENSE("Dual MIT/GPL");
